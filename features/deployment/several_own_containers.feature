@rule-custom-predictor-container @extended
Feature: Which of several containers of a service's own is the predictor
  A predictor may bring several containers of its own. Up to v0.11.2 the first one is the predictor, whatever its name.
  From v0.12.0 on it is the one named kserve-container, and it is put in the first one's place, so that a container that
  came before it is lost and the predictor is there twice.

  @until-0.11.2
  Scenario: Up to v0.11.2 the first container is taken as it stands
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: first, image: "example.com/first:1"}
            - {name: kserve-container, image: "example.com/second:1"}
      """
    Then it uses no runtime
    And its pod has containers "first, kserve-container"

  @since-0.12.0
  Scenario: From v0.12.0 on the container of that name is put first
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
