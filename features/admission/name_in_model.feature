@rule-predictor-name-rejected @extended
Feature: Since v0.16.0 a model cannot have a name
  A model can have the fields of a container, including a name. Up to v0.15.2 the webhook accepts such a name; since
  v0.16.0 it rejects the service, because only KServe names the container of a model.

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
  Scenario: Since v0.16.0 a name is rejected, even the one that KServe itself uses
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
  Scenario: A name is rejected before the implementations of the predictor are counted
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

  Scenario: The name of a custom container is accepted
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
