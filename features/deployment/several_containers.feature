@rule-custom-predictor-container @extended
Feature: Which custom container of a service is the server, and what the webhook adds to it
  A predictor can have custom containers instead of a model. The webhook names the container of the server
  kserve-container and sets its resources. Up to v0.14.1 that is the first container, whatever its name. Since v0.15.0
  several containers keep their names, and one of them must already have that name.

  Scenario: A single container is named kserve-container, whatever its name
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: mine, image: "example.com/mine:1"}
      """
    Then it uses no runtime
    And its pod has containers "kserve-container"
    And its container has image "example.com/mine:1"

  Scenario: A container without resources gets one CPU and two gibibytes
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: kserve-container, image: "example.com/mine:1"}
      """
    Then its stored manifest has
      """
      spec:
        predictor:
          containers:
            - name: kserve-container
              resources:
                limits: {cpu: "1", memory: 2Gi}
                requests: {cpu: "1", memory: 2Gi}
      """

  Scenario: Resources that a container sets are kept
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/mine:1
              resources: {requests: {cpu: 100m}}
      """
    Then its stored manifest has
      """
      spec:
        predictor:
          containers:
            - name: kserve-container
              resources:
                limits: {cpu: "1", memory: 2Gi}
                requests: {cpu: 100m, memory: 2Gi}
      """

  @until-0.14.1
  Scenario: Up to v0.14.1 the first of several containers is renamed
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: first, image: "example.com/first:1"}
            - {name: second, image: "example.com/second:1"}
      """
    Then it uses no runtime
    And its pod has containers "kserve-container, second"
    And its container has image "example.com/first:1"

  @since-0.15.0
  Scenario: Since v0.15.0 several containers keep their names
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: kserve-container, image: "example.com/first:1"}
            - {name: second, image: "example.com/second:1"}
      """
    Then it uses no runtime
    And its pod has containers "kserve-container, second"

  @since-0.15.0
  Scenario: Since v0.15.0 KServe fails if none of several containers has that name
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: first, image: "example.com/first:1"}
            - {name: second, image: "example.com/second:1"}
      """
    Then it uses no runtime
    And it has no workload
