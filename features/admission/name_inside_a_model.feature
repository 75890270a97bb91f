@rule-predictor-name-rejected @extended
Feature: Since v0.16.0 a model may not have a name of its own
  A model can carry the fields of a container, and a container has a name. Up to v0.15.2 such a name was accepted;
  since v0.16.0 a service with one is refused, because only KServe names the container of a model.

  @until-0.15.2
  Scenario: Up to v0.15.2 a name is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            name: kserve-container
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then the service is accepted

  @since-0.16.0
  Scenario: Since v0.16.0 a name is refused, even the one that KServe gives itself
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            name: kserve-container
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then the service is rejected with "the 'name' field is not allowed in standard predictor"

  @since-0.16.0
  Scenario: A name is refused before KServe counts what the predictor is
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            name: kserve-container
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then the service is rejected with "the 'name' field is not allowed in standard predictor"

  Scenario: The name of a container of the service's own is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then the service is accepted
